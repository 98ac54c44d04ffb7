/** What stands in a query's place: a quiet placeholder after a moment, an error that says what to do, or the answer. */
import { Button, Skeleton } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { ApiError } from "@/api/client";
import { useWords } from "@/i18n";
import { isKey } from "@/i18n/dictionary";
import css from "./Await.module.css";

interface AwaitProps<T> {
  query: UseQueryResult<T>;
  /** How tall the answer will be, so that the page does not jump. */
  height?: number;
  children: (answer: T) => ReactNode;
}

export function Await<T>({ query, height = 160, children }: AwaitProps<T>) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <Failure error={query.error} retry={() => void query.refetch()} />;
  return <Loading height={height} />;
}

export function Loading({ height = 160 }: { height?: number }) {
  const { t } = useWords();
  return (
    <div role="status" className={css.loading} style={{ minHeight: height }}>
      <span className="hidden-text">{t("loading")}</span>
      <Skeleton height={18} width="38%" radius="sm" />
      <Skeleton height={14} mt={14} radius="sm" />
      <Skeleton height={14} mt={10} width="82%" radius="sm" />
      {height > 150 && <Skeleton height={height - 110} mt={18} radius="md" />}
    </div>
  );
}

export function useErrorText(): (error: unknown) => string {
  const { t } = useWords();
  return (error) => {
    const known = error instanceof ApiError ? error : new ApiError("internal", String(error), 0);
    const key = `failure.${known.code}`;
    return isKey(key) ? t(key) : t("failure.other", { message: known.message });
  };
}

export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useWords();
  const say = useErrorText();
  return (
    <div role="alert" className={css.failure}>
      <TriangleAlert size={20} aria-hidden />
      <div>
        <p className={css.failureTitle}>{t("failure.title")}</p>
        <p className={css.failureText}>{say(error)}</p>
        {retry && (
          <Button size="xs" variant="default" mt={12} onClick={retry}>
            {t("failure.retry")}
          </Button>
        )}
      </div>
    </div>
  );
}
