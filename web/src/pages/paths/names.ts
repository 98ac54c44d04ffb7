import { useCallback } from "react";
import { useConfig } from "@/api/config";
import { useWords } from "@/i18n";

/** A step in the company's words: the name of its touchpoint or stage, the word for its channel or event. */
export function useStepNames(by: string): (step: string) => string {
  const { text, word } = useWords();
  const config = useConfig().data;
  return useCallback(
    (step) => {
      if (by === "touchpoint") return text(config?.touchpoints.find((each) => each.id === step)?.name) || step;
      if (by === "stage") return text(config?.journeys.flatMap((journey) => journey.stages).find((each) => each.id === step)?.name) || step;
      if (by === "channel") return word("channel", step);
      return by === "name" ? word("event", step) : step;
    },
    [by, config, text, word],
  );
}
