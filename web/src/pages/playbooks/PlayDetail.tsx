import { useConfig } from "@/api/config";
import { useFormat, useWords } from "@/i18n";
import { Facts } from "@/parts/Facts";
import { PlayFields, type PlayRecord } from "@/parts/PlayFields";
import { Tag } from "@/parts/Tag";
import css from "./Playbooks.module.css";

export function PlayDetail({ play }: { play: PlayRecord }) {
  const { t, text, word } = useWords();
  const f = useFormat();
  const config = useConfig().data;
  const touchpoint = config?.touchpoints.find((each) => each.id === play.touchpoint);
  const stage = config?.journeys.flatMap((journey) => journey.stages).find((each) => each.id === play.stage);
  return (
    <div className={css.detail}>
      <div>
        <h2 className={css.detailName}>{text(play.name)}</h2>
        <div className={css.playTags}>
          <Tag tone="accent">{t(`intent.${play.intent}`)}</Tag>
          <Tag>{t("play.version", { n: play.version })}</Tag>
        </div>
      </div>
      <PlayFields play={play} />
      <Facts
        facts={[
          [t("playbooks.touchpoint"), play.touchpoint ? text(touchpoint?.name) || play.touchpoint : t("playbooks.anywhere")],
          [t("playbooks.stage"), play.stage ? text(stage?.name) || play.stage : t("playbooks.anyStage")],
          [t("play.sends"), play.sends && word("channel", play.sends)],
          [
            t("play.opens"),
            play.queue && t("play.within", { queue: word("queue", play.queue), time: f.duration((play.due_minutes ?? 0) * 60) }),
          ],
          [t("play.purpose"), play.purpose ? word("purpose", play.purpose) : t("play.service")],
        ]}
      />
    </div>
  );
}
