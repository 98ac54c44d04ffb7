import { Button } from "@mantine/core";
import { useQuarantined, type Quarantined, type QuarantineState, type Which } from "@/api/quarantine";
import { useFormat, useWords } from "@/i18n";
import { Failure, Loading } from "@/parts/Await";
import { Empty } from "@/parts/Empty";
import { Panel } from "@/parts/Page";
import { Tag } from "@/parts/Tag";
import { pretty } from "./rules";
import css from "./Quarantine.module.css";

export function Items({ which, state }: { which: Which; state: QuarantineState }) {
  const { t } = useWords();
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage, refetch } = useQuarantined(which, state);
  const items = data?.pages.flatMap((page) => page.items);
  if (error && !items) return <Failure error={error} retry={() => void refetch()} />;
  if (!items) return <Loading height={320} />;
  return (
    <Panel title={t("quarantine.list")} hint={t("quarantine.listHint")}>
      {items.length === 0 && <Empty title={t(`quarantine.empty.${state}`)} text={t(`quarantine.emptyText.${state}`)} />}
      <ul className={css.items} aria-label={t("quarantine.list")}>
        {items.map((item, index) => (
          <Item key={item.id} item={item} opened={index === 0} />
        ))}
      </ul>
      {hasNextPage && (
        <Button variant="default" mt={12} loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t("quarantine.more")}
        </Button>
      )}
    </Panel>
  );
}

function Item({ item, opened }: { item: Quarantined; opened: boolean }) {
  const { t, word } = useWords();
  const f = useFormat();
  return (
    <li>
      <details className={css.item} open={opened}>
        <summary>
          <span className="num">{f.moment(item.received_at)}</span>
          <span className={css.message}>
            {item.line !== null ? t("quarantine.line", { n: f.whole(item.line) }) : (item.message_id ?? t("quarantine.noId"))}
          </span>
          {item.state === "replayed" && <Tag tone={item.outcome === "accepted" ? "good" : "neutral"}>{word("verdict", item.outcome ?? "")}</Tag>}
          {item.state === "dismissed" && <Tag>{t("quarantine.state.dismissed")}</Tag>}
        </summary>
        {item.detail && (
          <p className={css.detail} lang="en" data-words="given">
            {item.detail}
          </p>
        )}
        <pre className={css.body} tabIndex={0} aria-label={t("quarantine.body")}>
          {item.body ? pretty(item.body) : t("quarantine.noBody")}
        </pre>
        {item.settled_at && (
          <p className={css.settled}>
            {t("quarantine.settled", { who: item.settled_by ?? "", at: f.moment(item.settled_at) })}
            {item.mended_id && <code className="mono"> {item.mended_id}</code>}
          </p>
        )}
      </details>
    </li>
  );
}
