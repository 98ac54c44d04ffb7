import { useCallback } from "react";
import { useConfig } from "@/api/config";
import { useWords } from "@/i18n";

/** The company's name of a touchpoint; the id of one it no longer knows. */
export function useTouchpointName(): (id: string) => string {
  const { text } = useWords();
  const config = useConfig();
  return useCallback((id) => text(config.data?.touchpoints.find((each) => each.id === id)?.name) || id, [config.data, text]);
}
