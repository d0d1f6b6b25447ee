// A search at its address.
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";
import type { FoundSearch } from "@/features/search/found-search";
import { SearchPage } from "@/features/search/search-page";

export function SearchRoute() {
  const search = useSearch({ from: "/shell/search" });
  const navigate = useNavigate();
  const onSearch = useCallback(
    (next: FoundSearch) => navigate({ to: "/search", search: next, replace: true }),
    [navigate],
  );
  return <SearchPage search={search} onSearch={onSearch} />;
}
