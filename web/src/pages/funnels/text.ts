import { useConfig } from "@/api/config";
import { useWords } from "@/i18n";

/** A step as it is asked for, in the company's words: of an event or a touchpoint its name, else as it is written. */
export function useStepText(): (step: string) => string {
  const { text, word } = useWords();
  const config = useConfig().data;
  return (step) => {
    const place = step.startsWith("touchpoint:") ? step.slice("touchpoint:".length) : null;
    if (place !== null) return text(config?.touchpoints.find((each) => each.id === place)?.name) || step;
    return word("event", step);
  };
}
