/** The local inbox: what we wrote, as its reader sees it. */
import { Button } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { api, body } from "@/api/client";
import type { components } from "@/api/schema";
import { useWords } from "@/i18n";
import { Await, Failure, Loading } from "@/parts/Await";
import { Empty } from "@/parts/Empty";
import { Page, Panel } from "@/parts/Page";
import { When } from "@/parts/When";
import css from "./Inbox.module.css";

type MailSummary = components["schemas"]["MailSummary"];

const route = getRouteApi("/inbox");

function useMails() {
  return useInfiniteQuery({
    queryKey: ["inbox"],
    queryFn: ({ pageParam }) => body(api.GET("/api/inbox", { params: { query: { before: pageParam, limit: 50 } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_before ?? undefined,
    refetchInterval: 10_000,
  });
}

export function InboxPage() {
  const { t } = useWords();
  const { mail } = route.useSearch();
  const mails = useMails();
  const found = mails.data?.pages.flatMap((page) => page.mails) ?? [];
  return (
    <Page title={t("inbox.title")} lead={t("inbox.lead")}>
      {mails.error && !mails.data && <Failure error={mails.error} retry={() => void mails.refetch()} />}
      {mails.isPending && <Loading height={400} />}
      <Waiting />
      {mails.data && found.length === 0 && (
        <Panel>
          <Empty title={t("inbox.empty.title")} text={t("inbox.empty.text")} />
        </Panel>
      )}
      {found.length > 0 && (
        <div className={css.split} data-open={mail ? true : undefined}>
          <Panel flush className={css.side}>
            <ul className={css.list} aria-label={t("inbox.list")}>
              {found.map((each) => (
                <MailLine key={each.mail_id} mail={each} chosen={each.mail_id === mail} />
              ))}
            </ul>
            {mails.hasNextPage && (
              <div className={css.more}>
                <Button variant="subtle" loading={mails.isFetchingNextPage} onClick={() => void mails.fetchNextPage()}>
                  {t("inbox.older")}
                </Button>
              </div>
            )}
          </Panel>
          <Panel className={css.reader}>
            {mail ? <Reader key={mail} id={mail} /> : <Empty title={t("inbox.choose.title")} text={t("inbox.choose.text")} />}
          </Panel>
        </div>
      )}
    </Page>
  );
}

/** What was decided and has not gone yet, with what it waits for. */
function Waiting() {
  const { t, text, word } = useWords();
  const waiting = useQuery({
    queryKey: ["inbox", "waiting"],
    queryFn: () => body(api.GET("/api/inbox/waiting", { params: { query: { limit: 50 } } })),
    refetchInterval: 10_000,
  });
  const found = waiting.data?.messages ?? [];
  if (found.length === 0) return null;
  return (
    <Panel title={t("inbox.waiting")} hint={t("inbox.waiting.lead")} className={css.waiting}>
      <ul className={css.queue}>
        {found.map((each) => (
          <li key={each.message_id}>
            <span className={css.who}>
              {each.person_id ? (
                <Link to="/people/$id" params={{ id: each.person_id }}>
                  {each.name ?? t("people.unknown")}
                </Link>
              ) : (
                t("people.unknown")
              )}
            </span>
            <span>{text(each.play.name)}</span>
            <span className="quiet">{each.reason ? word("refusal", each.reason) : t("inbox.waiting.soon")}</span>
            <span className={css.at}>
              <When at={each.due_at} />
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function MailLine({ mail, chosen }: { mail: MailSummary; chosen: boolean }) {
  return (
    <li>
      <Link to="/inbox" search={{ mail: mail.mail_id }} className={css.line} aria-current={chosen || undefined}>
        <span className={css.lineTop}>
          <span className={css.to}>{mail.to}</span>
          <span className={css.at}>
            <When at={mail.received_at} />
          </span>
        </span>
        <span className={css.subject}>{mail.subject}</span>
      </Link>
    </li>
  );
}

function Reader({ id }: { id: string }) {
  const { t } = useWords();
  const mail = useQuery({
    queryKey: ["inbox", "mail", id],
    queryFn: () => body(api.GET("/api/inbox/{mail_id}", { params: { path: { mail_id: id } } })),
    staleTime: Infinity,
  });
  return (
    <>
      <Link to="/inbox" className={css.back}>
        <ArrowLeft size={16} aria-hidden /> {t("inbox.back")}
      </Link>
      <Await query={mail} height={420}>
        {(found) => (
          <>
            <div className={css.mailHead}>
              <h2 className={css.mailSubject}>{found.subject}</h2>
              <p className={css.mailTo}>
                {t("inbox.to")}{" "}
                {found.person_id ? (
                  <Link to="/people/$id" params={{ id: found.person_id }}>
                    {found.to}
                  </Link>
                ) : (
                  found.to
                )}
                <span className="quiet">
                  {" · "}
                  <When at={found.received_at} />
                </span>
              </p>
            </div>
            <iframe className={css.frame} src={found.html_url} title={t("inbox.preview", { subject: found.subject })} sandbox="allow-popups allow-popups-to-escape-sandbox" />
          </>
        )}
      </Await>
    </>
  );
}
