import { Button, CopyButton } from "@mantine/core";
import { Check, Copy, RotateCw, ShieldAlert, ShieldCheck } from "lucide-react";
import { useChain, type AuditChain } from "@/api/audit";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { Facts } from "@/parts/Facts";
import { Panel } from "@/parts/Page";
import { Tag } from "@/parts/Tag";
import css from "./Audit.module.css";

/** Whether every row is as it was written, and the hash that stands for all of them. */
export function Chain() {
  const { t } = useWords();
  const chain = useChain();
  return (
    <Panel
      title={t("audit.chain")}
      hint={t("audit.chainHint")}
      actions={
        <Button size="compact-sm" variant="default" leftSection={<RotateCw size={14} aria-hidden />} loading={chain.isFetching} onClick={() => void chain.refetch()}>
          {t("audit.check")}
        </Button>
      }
    >
      <Await query={chain} height={150}>
        {(found) => <State found={found} />}
      </Await>
    </Panel>
  );
}

function State({ found }: { found: AuditChain }) {
  const { t, tn } = useWords();
  const f = useFormat();
  const { broken } = found;
  return (
    <div className={css.chain}>
      <p role={broken ? "alert" : "status"} className={css.state}>
        {broken ? (
          <Tag tone="bad" icon={<ShieldAlert size={14} aria-hidden />}>
            {t("audit.broken")}
          </Tag>
        ) : (
          <Tag tone="good" icon={<ShieldCheck size={14} aria-hidden />}>
            {t("audit.whole")}
          </Tag>
        )}
        <span>{broken ? t(`audit.broken.${broken.why}`, { n: f.whole(broken.number) }) : tn("audit.rows", found.verified)}</span>
      </p>
      <Facts
        facts={[
          [t("audit.verified"), f.whole(found.verified)],
          [t("audit.checkedAt"), f.moment(found.checked_at)],
          [t("audit.head"), <Head key="head" head={found.head} />],
        ]}
      />
      <p className={css.hint}>{t("audit.headHint")}</p>
    </div>
  );
}

function Head({ head }: { head: string }) {
  const { t } = useWords();
  return (
    <span className={css.head}>
      <code className="mono">{head}</code>
      <CopyButton value={head}>
        {({ copied, copy }) => (
          <Button size="compact-xs" variant="default" leftSection={copied ? <Check size={12} aria-hidden /> : <Copy size={12} aria-hidden />} onClick={copy}>
            {t(copied ? "copied" : "copy")}
          </Button>
        )}
      </CopyButton>
    </span>
  );
}
