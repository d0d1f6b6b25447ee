// What the tenants cost in a month and what the reseller gets of it, as a table and as a file.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Download, ReceiptText } from "lucide-react";
import { useState } from "react";
import { Loaded } from "@/api/loaded";
import { messageOf } from "@/api/problem";
import type { Commission, CommissionLine, Plan, Reseller } from "@/api/resellers";
import { Empty } from "@/components/bits";
import { Button } from "@/components/button";
import { FieldFrame } from "@/components/field-frame";
import { PageFrame, tableCell, tableHead, tableHeadEnd } from "@/components/page-frame";
import { Select } from "@/components/select";
import { toastError } from "@/components/toast";
import { cx } from "@/lib/cx";
import { locale, t } from "@/lib/i18n";
import { formatCurrency, formatNumber } from "@/lib/numbers";
import { saveFile } from "@/lib/save-file";
import { lastMonths } from "./months";
import { planLabel } from "./tenants";

interface CommissionProps {
  reseller: Reseller;
  plans: Plan[];
}

/** So many months can be chosen. */
const MONTHS = 24;

const monthFormat = new Intl.DateTimeFormat(locale, { year: "numeric", month: "long", timeZone: "UTC" });
const monthLabel = (month: string): string => monthFormat.format(Date.parse(`${month}-01T00:00:00Z`));

export function CommissionReport({ reseller, plans }: CommissionProps) {
  const months = lastMonths(new Date(), MONTHS);
  const [month, setMonth] = useState(months[0] ?? "");
  const [busy, setBusy] = useState(false);
  const query = useQuery({
    queryKey: ["reseller", "commission", month],
    queryFn: () => reseller.commission(month),
    placeholderData: keepPreviousData,
  });

  async function download() {
    setBusy(true);
    try {
      saveFile(`commission-${month}.csv`, await reseller.commissionFile(month), "text/csv");
    } catch (error) {
      toastError(messageOf(error));
    }
    setBusy(false);
  }

  return (
    <PageFrame
      title={t("Commission")}
      about={t(
        "What your tenants cost in a month, plan by plan, and what you get of it. Sandboxes cost nothing; a plan that changed in the middle costs its part.",
      )}
      action={
        <Button
          look="outline"
          size="md"
          icon={<Download size={14} />}
          busy={busy}
          disabled={!query.data?.tenants.length}
          onClick={download}
        >
          {t("Download CSV")}
        </Button>
      }
    >
      <FieldFrame
        label={t("Month")}
        className="mb-4 max-w-60"
        hint={month === months[0] ? t("Not over yet: as far as it is.") : undefined}
      >
        {(ids) => (
          <Select
            id={ids.id}
            label={t("Month")}
            describedBy={ids.describedBy}
            searchable={false}
            choices={months.map((id) => ({ id, label: monthLabel(id) }))}
            value={[month]}
            onChange={([next]) => setMonth(next ?? month)}
          />
        )}
      </FieldFrame>
      <Loaded query={query} what={t("The commission")}>
        {(report) =>
          report.tenants.length === 0 ? (
            <Empty
              glyph={<ReceiptText size={28} className="text-text-3" />}
              title={t("No tenants in {month}", { month: monthLabel(report.month) })}
            >
              {t("Each tenant has a line here for each plan that it had in the month.")}
            </Empty>
          ) : (
            <Report report={report} plans={plans} />
          )
        }
      </Loaded>
    </PageFrame>
  );
}

const money = (amount: number | null, currency: string | null): string =>
  amount === null ? "–" : formatCurrency(amount, currency ?? undefined);

const used = (n: number | null): string => (n === null ? "–" : formatNumber(n));

const end = "num text-end";
/** What a phone has no room for. */
const roomy = "hidden phone:table-cell";

function Report({ report, plans }: { report: Commission; plans: Plan[] }) {
  const heads: [string, string][] = [
    [t("Plan"), cx(tableHead, roomy)],
    [t("Part"), cx(tableHeadEnd, roomy)],
    [t("Amount"), tableHeadEnd],
    [t("Commission"), tableHeadEnd],
    [t("Requests"), cx(tableHeadEnd, roomy)],
    [t("People"), cx(tableHeadEnd, roomy)],
    [t("Records"), cx(tableHeadEnd, roomy)],
  ];
  return (
    <table className="w-full border-collapse border-line border-t">
      <thead>
        <tr>
          <th scope="col" className={tableHead}>
            {t("Tenant")}
          </th>
          {heads.map(([label, look]) => (
            <th key={label} scope="col" className={look}>
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {report.tenants.map((line) => (
          <Line key={`${line.tenant_id}/${line.plan}`} line={line} plan={planLabel(plans, line.plan)} />
        ))}
      </tbody>
      <tfoot>
        {report.totals.map(({ currency, amount, commission }) => (
          <tr key={currency} className="font-semibold">
            <th scope="row" className={cx(tableCell, "text-start")}>
              {t("Sum in {currency}", { currency })}
            </th>
            <td className={cx(tableCell, roomy)} colSpan={2} />
            <td className={cx(tableCell, end)}>{money(amount, currency)}</td>
            <td className={cx(tableCell, end)}>{money(commission, currency)}</td>
            <td className={cx(tableCell, roomy)} colSpan={3} />
          </tr>
        ))}
      </tfoot>
    </table>
  );
}

function Line({ line, plan }: { line: CommissionLine; plan: string }) {
  return (
    <tr>
      <th scope="row" className={cx(tableCell, "max-w-40 text-start font-normal")}>
        <span className="block truncate font-medium">{line.name}</span>
        <span className="block truncate font-mono text-text-2 text-xs">{line.slug}</span>
        <span className="block truncate text-text-2 text-xs phone:hidden">{plan}</span>
      </th>
      <td className={cx(tableCell, roomy)}>
        {plan}
        {line.price !== null && (
          <span className="num block text-text-2 text-xs">{money(line.price, line.currency)}</span>
        )}
      </td>
      <td className={cx(tableCell, end, roomy)}>{t("{n} %", { n: formatNumber(line.part * 100, 1) })}</td>
      <td className={cx(tableCell, end)}>{money(line.amount, line.currency)}</td>
      <td className={cx(tableCell, end)}>
        {money(line.commission, line.currency)}
        <span className="block text-text-2 text-xs">{t("{n} %", { n: formatNumber(line.commission_percent, 2) })}</span>
      </td>
      <td className={cx(tableCell, end, roomy)}>{used(line.requests)}</td>
      <td className={cx(tableCell, end, roomy)}>{used(line.users)}</td>
      <td className={cx(tableCell, end, roomy)}>{used(line.records)}</td>
    </tr>
  );
}
