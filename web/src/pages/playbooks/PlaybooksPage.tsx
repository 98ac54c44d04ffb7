/** Playbooks: what we do at each moment, and which moments have nothing. */
import { Drawer, Progress, Select, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { api, body } from "@/api/client";
import { useConfig } from "@/api/config";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { Empty } from "@/parts/Empty";
import { Page, Panel } from "@/parts/Page";
import { Tag } from "@/parts/Tag";
import { CoverageMatrix } from "./CoverageMatrix";
import { PlayDetail } from "./PlayDetail";
import css from "./Playbooks.module.css";

const route = getRouteApi("/playbooks");

export function PlaybooksPage() {
  const { t, text, tn } = useWords();
  const f = useFormat();
  const config = useConfig();
  const { play: shown } = route.useSearch();
  const navigate = route.useNavigate();
  const [journey, setJourney] = useState<string | null>(null);
  const coverage = useQuery({
    queryKey: ["playbook", journey],
    queryFn: () => body(api.GET("/api/playbook", { params: { query: journey ? { journey } : {} } })),
  });
  const open = (id: string) => void navigate({ search: { play: id } });
  const plays = config.data?.plays ?? [];
  const detail = plays.find((play) => play.id === shown) ?? null;
  return (
    <Page
      title={t("playbooks.title")}
      lead={t("playbooks.lead")}
      controls={
        (config.data?.journeys.length ?? 0) > 1 && (
          <Select
            label={t("playbooks.journey")}
            allowDeselect={false}
            value={journey ?? coverage.data?.journey.id ?? null}
            onChange={setJourney}
            data={config.data?.journeys.map((each) => ({ value: each.id, label: text(each.name) }))}
          />
        )
      }
    >
      <Await query={coverage} height={420}>
        {(found) => (
          <Panel
            title={t("playbooks.coverage")}
            actions={
              <div className={css.covered}>
                <span>{t("playbooks.covered", { n: f.whole(found.covered), of: f.whole(found.expected) })}</span>
                <Progress value={found.expected ? (found.covered / found.expected) * 100 : 0} aria-label={t("playbooks.coverage")} w={140} />
              </div>
            }
          >
            <CoverageMatrix coverage={found} onOpen={open} />
          </Panel>
        )}
      </Await>
      <Await query={config} height={240}>
        {() => (
          <Panel title={t("playbooks.plays")}>
            {plays.length === 0 && <Empty title={t("playbooks.empty.title")} text={t("playbooks.empty.text")} />}
            <ul className={css.plays}>
              {plays.map((play) => (
                <li key={play.id}>
                  <UnstyledButton className={css.play} onClick={() => open(play.id)}>
                    <span className={css.playName}>{text(play.name)}</span>
                    <span className={css.playDo}>{text(play.do)}</span>
                    <span className={css.playTags}>
                      <Tag tone="accent">{t(`intent.${play.intent}`)}</Tag>
                      {play.choices.length > 0 && <Tag>{tn("playbooks.choices", play.choices.length)}</Tag>}
                      {play.queue && <Tag>{t("play.opens")}</Tag>}
                    </span>
                  </UnstyledButton>
                </li>
              ))}
            </ul>
          </Panel>
        )}
      </Await>
      <Drawer
        opened={detail !== null}
        onClose={() => void navigate({ search: {} })}
        title={t("playbooks.play")}
        size={560}
        closeButtonProps={{ "aria-label": t("shell.close") }}
      >
        {detail && <PlayDetail play={detail} />}
      </Drawer>
    </Page>
  );
}
