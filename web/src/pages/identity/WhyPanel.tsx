import { Button, TextInput } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { useWhy } from "@/api/identity";
import { useWords } from "@/i18n";
import { useErrorText } from "@/parts/Await";
import { Panel } from "@/parts/Page";
import css from "./Identity.module.css";
import { WhyChain } from "./WhyChain";

const route = getRouteApi("/identity");

/** Asks why two identifiers are one person; the question is in the address. */
export function WhyPanel() {
  const { t } = useWords();
  const say = useErrorText();
  const { a = "", b = "" } = route.useSearch();
  const navigate = route.useNavigate();
  const [one, setOne] = useState(a);
  const [other, setOther] = useState(b);
  const why = useWhy(a, b, a !== "" && b !== "");
  const ask = (event: FormEvent) => {
    event.preventDefault();
    if (one.trim() && other.trim()) void navigate({ search: { a: one.trim(), b: other.trim() }, replace: true });
  };
  return (
    <Panel title={t("identity.why")} hint={t("identity.whyHint")}>
      <form onSubmit={ask} className={css.ask}>
        <TextInput label={t("identity.a")} placeholder="user_id:C-1001" value={one} onChange={(event) => setOne(event.currentTarget.value)} required maxLength={1100} withAsterisk={false} />
        <TextInput label={t("identity.b")} placeholder="email:ada@example.com" value={other} onChange={(event) => setOther(event.currentTarget.value)} required maxLength={1100} withAsterisk={false} />
        <Button type="submit" loading={why.isFetching && !why.data}>
          {t("identity.ask")}
        </Button>
      </form>
      <div aria-live="polite" className={why.data || why.error ? css.answer : undefined}>
        {why.error && (
          <p role="alert" className={css.error}>
            {say(why.error)}
          </p>
        )}
        {why.data && (
          <>
            <p className={css.verdict}>{t(why.data.path ? "identity.yes" : "identity.no")}</p>
            <WhyChain why={why.data} />
          </>
        )}
      </div>
    </Panel>
  );
}
