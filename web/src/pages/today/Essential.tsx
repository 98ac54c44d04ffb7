import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useAttention, useBoard } from "@/api/insight";
import { useMay } from "@/api/session";
import { useStatus } from "@/api/status";
import { useFormat, useWords } from "@/i18n";
import { Await } from "@/parts/Await";
import { Panel } from "@/parts/Page";
import { essential } from "./attention";
import css from "./Today.module.css";

/** Three sentences in plain words, one button each. */
export function Essential() {
  const words = useWords();
  const f = useFormat();
  const board = useBoard();
  const attention = useAttention();
  const status = useStatus();
  const mayPeople = useMay("people");
  return (
    <Panel title={words.t("essential.title")}>
      <Await query={board}>
        {(tiles) => (
          <Await query={attention}>
            {(found) => (
              <Await query={status}>
                {(now) => (
                  <ol className={css.plain}>
                    {essential(tiles, found.attention, now, words, f).map((one) => (
                      <li key={one.id} className={css.plainItem} data-tone={one.tone}>
                        <p className={css.plainText}>{one.text}</p>
                        {(one.id !== "people" || mayPeople) && (
                          <Button variant="light" renderRoot={(props) => <Link to={one.to} {...props} />}>
                            {one.button}
                          </Button>
                        )}
                      </li>
                    ))}
                  </ol>
                )}
              </Await>
            )}
          </Await>
        )}
      </Await>
    </Panel>
  );
}
