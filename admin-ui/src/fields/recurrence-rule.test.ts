import { afterEach, describe, expect, it } from "vitest";
import { speak } from "@/lib/i18n";
import { words as german } from "@/lib/words/de-becoming";
import { readRule, ruleWords, writeRule } from "./recurrence-rule";

const CASES: [text: string, words: string][] = [
  ["FREQ=DAILY", "Every day"],
  ["FREQ=DAILY;INTERVAL=3;COUNT=10", "Every 3 days, 10 times"],
  ["FREQ=WEEKLY;BYDAY=MO", "Every week on Monday"],
  ["FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;UNTIL=20271231", "Every 2 weeks on Monday and Thursday, until Dec 31, 2027"],
  ["FREQ=MONTHLY;BYMONTHDAY=-1", "Every month on the last day"],
  ["FREQ=MONTHLY;BYMONTHDAY=15;COUNT=1", "Every month on day 15, once more"],
  ["FREQ=MONTHLY;INTERVAL=3;BYDAY=-1FR", "Every 3 months on the last Friday"],
  ["FREQ=YEARLY", "Every year"],
];

describe("recurrence rules", () => {
  afterEach(() => speak({}));

  it.each(CASES)("%s is read, written and said", (text, words) => {
    const rule = readRule(text);
    expect(rule && writeRule(rule)).toBe(text);
    expect(ruleWords(text)).toBe(words);
  });

  it("shows what it does not understand as it is", () => {
    for (const text of [
      "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=1",
      "FREQ=MONTHLY;BYDAY=1MO,3MO",
      "FREQ=HOURLY",
      "often",
      "FREQ=DAILY;COUNT=2;UNTIL=20270101",
      "FREQ=MONTHLY;BYMONTHDAY=1,15",
    ]) {
      expect(readRule(text)).toBeNull();
      expect(ruleWords(text)).toBe(text);
    }
  });

  it("speaks German", () => {
    speak(german);
    expect(ruleWords("FREQ=WEEKLY;INTERVAL=2;COUNT=3")).toBe("Alle 2 Wochen, 3-mal");
    expect(ruleWords("FREQ=MONTHLY;BYMONTHDAY=-1")).toBe("Jeden Monat am letzten Tag");
  });
});
