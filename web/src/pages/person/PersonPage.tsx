/** One person on one screen: who, where on the journey, how they feel and why, what next, everything that happened. */
import { getRouteApi, Link } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { usePerson, type PersonRecord } from "@/api/people";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { Initials } from "@/parts/Initials";
import { Page, Panel } from "@/parts/Page";
import { Tag } from "@/parts/Tag";
import { useNow } from "@/parts/useNow";
import { MoodPanel } from "./MoodPanel";
import { NextPlay } from "./NextPlay";
import css from "./Person.module.css";
import { ConsentPanel } from "./ConsentPanel";
import { IdentityPanel } from "./IdentityPanel";
import { SegmentsPanel } from "./SegmentsPanel";
import { Counters, PersonTasks, Traits } from "./Side";
import { TimelinePanel } from "./Timeline";
import { Track, Where } from "./Where";

const route = getRouteApi("/people/$id");

export function PersonPage() {
  const { id } = route.useParams();
  const person = usePerson(id);
  return (
    <Await query={person} height={600}>
      {(found) => <Person person={found} />}
    </Await>
  );
}

function Person({ person }: { person: PersonRecord }) {
  const { t } = useWords();
  const name = person.name ?? t("people.unknown");
  return (
    <Page title={name} lead={<Seen person={person} />} controls={<Back />}>
      {person.moved && <p className={css.moved}>{t("person.moved")}</p>}
      <div className={css.split}>
        <div className={css.column}>
          <Panel className={css.where}>
            <div className={css.whereHead}>
              <Where person={person} />
              <Value person={person} />
            </div>
            <Track position={person.positions[0]} />
          </Panel>
          <NextPlay next={person.next_play} />
          <TimelinePanel person={person} />
        </div>
        <div className={css.column}>
          <Panel title={t("person.mood")} className={css.feeling}>
            <MoodPanel mood={person.mood} />
          </Panel>
          {person.tasks.length > 0 && <PersonTasks tasks={person.tasks} />}
          <IdentityPanel person={person} />
          <ConsentPanel id={person.person_id} />
          <Traits traits={person.traits} />
          <SegmentsPanel person={person.person_id} />
          <Counters counters={person.counters} />
        </div>
      </div>
    </Page>
  );
}

function Back() {
  const { t } = useWords();
  return (
    <Link to="/people" className={css.back}>
      <ArrowLeft size={16} aria-hidden /> {t("person.back")}
    </Link>
  );
}

function Seen({ person }: { person: PersonRecord }) {
  const { t } = useWords();
  const f = useFormat();
  const now = useNow();
  return (
    <span className={css.seen}>
      <Initials name={person.name} size={28} />
      <Tag tone={person.known ? "accent" : "neutral"}>{t(person.known ? "person.known" : "person.unknownTag")}</Tag>
      {person.first_seen_at && person.last_seen_at && (
        <span>{t("person.seen", { first: f.day(person.first_seen_at), last: f.ago(person.last_seen_at, now) })}</span>
      )}
    </span>
  );
}

function Value({ person }: { person: PersonRecord }) {
  const { t, tn } = useWords();
  const f = useFormat();
  const { orders, spend } = person.value;
  return (
    <div className={css.value}>
      <h2 className={css.partTitle}>{t("person.value")}</h2>
      {orders === 0 && spend.length === 0 && <p className="quiet">{t("person.noOrders")}</p>}
      {spend.map((money) => (
        <p key={money.currency} className={css.spend}>
          {f.money(money.minor, money.currency)}
        </p>
      ))}
      {orders > 0 && <p className={css.orders}>{tn("person.orders", orders)}</p>}
    </div>
  );
}
