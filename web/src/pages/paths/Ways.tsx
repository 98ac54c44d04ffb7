import { Fragment } from "react";
import { useVariants, type Behind, type PathChoice } from "@/api/paths";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { Panel } from "@/parts/Page";
import type { Window } from "@/parts/period";
import { useStepNames } from "./names";
import css from "./Paths.module.css";
import { Count } from "./Count";

const LONG = 14;

/** The most frequent ways from beginning to end. */
export function Ways({ choice, window, open }: { choice: PathChoice; window: Window; open: (title: string, behind: Behind) => void }) {
  const { t, tn } = useWords();
  const f = useFormat();
  const name = useStepNames(choice.by);
  const variants = useVariants(choice, window);
  return (
    <Await query={variants} height={300}>
      {(found) => (
        <Panel title={t("paths.variants")} hint={t("paths.variants.hint", { total: f.whole(found.total), shown: f.whole(found.variants.length), others: f.whole(found.others) })}>
          <ol className={css.ways}>
            {found.variants.map((one) => (
              <li key={one.path.join("|")}>
                <span>
                  <Count n={one.people} onOpen={() => open(t("paths.variant"), { of: "variant", query: { ...choice, ...window, step: [...one.path] } })} />
                  <br />
                  <span className={css.quiet}>{f.percent(one.share)}</span>
                </span>
                <span className={css.way}>
                  {one.path.slice(0, LONG).map((step, at) => (
                    <Fragment key={at}>
                      {at > 0 && (
                        <span className={css.arrow} aria-hidden>
                          →
                        </span>
                      )}
                      <span className={css.step}>{name(step)}</span>
                    </Fragment>
                  ))}
                  {one.path.length > LONG && <span className={css.quiet}>{tn("paths.moreSteps", one.path.length - LONG)}</span>}
                </span>
              </li>
            ))}
          </ol>
        </Panel>
      )}
    </Await>
  );
}
