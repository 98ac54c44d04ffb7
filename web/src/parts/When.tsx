/** A moment as people say it, the exact time one hover or focus away. */
import { Tooltip } from "@mantine/core";
import { useNow } from "./useNow";
import { useFormat } from "@/i18n";
import { toDate, type Moment } from "@/i18n/format";

export function When({ at }: { at: Moment }) {
  const f = useFormat();
  const now = useNow();
  return (
    <Tooltip label={f.full(at)}>
      <time dateTime={toDate(at).toISOString()}>{f.ago(at, now)}</time>
    </Tooltip>
  );
}
