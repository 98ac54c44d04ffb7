import { Button, Drawer } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useFormat, useWords } from "@/i18n";
import { Facts } from "@/parts/Facts";
import { Tag } from "@/parts/Tag";
import type { LiveItem } from "./feed";
import css from "./Live.module.css";
import { verdictTone } from "./verdict";

export function EventDrawer({ item, onClose }: { item: LiveItem | null; onClose: () => void }) {
  const { t } = useWords();
  return (
    <Drawer opened={item !== null} onClose={onClose} title={t("live.detail")} size={460} closeButtonProps={{ "aria-label": t("shell.close") }}>
      {item && <Detail item={item} />}
    </Drawer>
  );
}

function Detail({ item }: { item: LiveItem }) {
  const { t, text, word } = useWords();
  const f = useFormat();
  const person = item.place?.person_id;
  return (
    <div className={css.detail}>
      <div>
        <h2 className={css.detailName}>{item.name ? word("event", item.name) : t("live.unnamed")}</h2>
        {item.name && <p className="mono quiet">{item.name}</p>}
      </div>
      <div>
        <Tag tone={verdictTone(item.verdict)}>{word("verdict", item.verdict)}</Tag>
      </div>
      {item.reason && (
        <div className={css.why}>
          <p className={css.whyTitle}>{t("live.why")}</p>
          <p>{word("reason", item.reason) === item.reason ? (item.detail ?? item.reason) : word("reason", item.reason)}</p>
          {item.detail && word("reason", item.reason) !== item.reason && <code className={css.technical} lang="en">{item.detail}</code>}
        </div>
      )}
      <Facts
        facts={[
          [t("live.reason"), item.reason && <code className="mono">{item.reason}</code>],
          [t("live.received"), f.full(item.received_at)],
          [t("live.occurred"), item.occurred_at && f.full(item.occurred_at)],
          [t("live.timeRule"), item.time_rule && word("timeRule", item.time_rule)],
          [t("live.source"), item.source],
          [t("live.touchpoint"), text(item.place?.touchpoint?.name)],
          [t("live.robotLabel"), item.place?.robot && t("live.robotWhy")],
          [t("live.person"), item.place && (item.place.person_name ?? (person ? t("people.unknown") : t("live.nobody")))],
          [t("live.messageId"), item.message_id && <code className="mono">{item.message_id}</code>],
          [t("live.seq"), item.seq !== null && f.whole(item.seq)],
          [t("live.line"), item.line !== null && f.whole(item.line)],
        ]}
      />
      {person && (
        <Button variant="light" renderRoot={(props) => <Link to="/people/$id" params={{ id: person }} {...props} />}>
          {t("live.open")}
        </Button>
      )}
    </div>
  );
}
