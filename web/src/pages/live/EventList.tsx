import { UnstyledButton } from "@mantine/core";
import { ChevronRight } from "lucide-react";
import { memo } from "react";
import { useFormat, useWords } from "@/i18n";
import { Tag } from "@/parts/Tag";
import type { LiveItem } from "./feed";
import css from "./Live.module.css";
import { verdictTone } from "./verdict";

interface EventListProps {
  items: readonly LiveItem[];
  onOpen: (item: LiveItem) => void;
}

export function EventList({ items, onOpen }: EventListProps) {
  const { t } = useWords();
  return (
    <div>
      <div className={css.head} aria-hidden>
        <span>{t("live.at")}</span>
        <span>{t("live.event")}</span>
        <span>{t("live.person")}</span>
        <span>{t("live.touchpoint")}</span>
        <span>{t("live.source")}</span>
        <span>{t("live.verdict")}</span>
        <span />
      </div>
      <ul className={css.list} aria-label={t("live.list")}>
        {items.map((item) => (
          <Line key={item.key} item={item} onOpen={onOpen} />
        ))}
      </ul>
    </div>
  );
}

const Line = memo(function Line({ item, onOpen }: { item: LiveItem; onOpen: (item: LiveItem) => void }) {
  const { t, text, word } = useWords();
  const f = useFormat();
  return (
    <li>
      <UnstyledButton className={css.line} data-verdict={item.verdict} onClick={() => onOpen(item)}>
        <span className={css.at}>{f.clockSeconds(item.received_at)}</span>
        <span className={css.name}>{item.name ? word("event", item.name) : t("live.unnamed")}</span>
        <span className={css.person}>
          {item.place?.robot ? t("live.robot") : item.place ? (item.place.person_name ?? (item.place.person_id ? t("people.unknown") : t("live.nobody"))) : item.seq === null ? "" : t("live.processing")}
        </span>
        <span className={css.touchpoint}>{text(item.place?.touchpoint?.name)}</span>
        <span className={css.source}>{item.source}</span>
        <span className={css.verdict}>
          <Tag tone={verdictTone(item.verdict)}>{word("verdict", item.verdict)}</Tag>
        </span>
        <ChevronRight size={16} className={css.chevron} aria-hidden />
      </UnstyledButton>
    </li>
  );
});
