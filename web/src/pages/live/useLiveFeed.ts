/** Listens to the server's stream of events while the page is open; the browser reconnects by itself. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useReducer, useRef, useState } from "react";
import { api, body } from "@/api/client";
import type { ShownVerdict } from "@/search";
import { EMPTY_FEED, feed, type LiveNews } from "./feed";

export type StreamState = "starting" | "open" | "lost";

export function useLiveFeed(verdict: ShownVerdict | undefined) {
  const [state, act] = useReducer(feed, EMPTY_FEED);
  const [stream, setStream] = useState<StreamState>("starting");
  const wanted = useRef(verdict);
  const recent = useQuery({
    queryKey: ["live", "recent", verdict],
    queryFn: () => body(api.GET("/api/live/recent", { params: { query: { verdict, limit: 100 } } })),
    gcTime: 0,
  });
  useEffect(() => {
    wanted.current = verdict;
  }, [verdict]);
  useEffect(() => {
    if (recent.data) act({ type: "recent", items: recent.data.items });
  }, [recent.data]);
  useEffect(() => {
    const source = new EventSource("/api/live");
    source.onopen = () => setStream("open");
    source.onerror = () => setStream("lost");
    source.addEventListener("news", (event) => {
      act({ type: "news", news: JSON.parse(event.data as string) as LiveNews, verdict: wanted.current });
    });
    return () => source.close();
  }, []);
  return { state, act, stream, recent };
}
