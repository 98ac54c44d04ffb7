/** The one client of the API: typed by the generated schema, errors as one class, unsafe calls marked against CSRF. */
import createClient, { type Middleware } from "openapi-fetch";
import type { paths } from "./schema";

/** `code` is stable (model/errors.py), or `network` when nothing answered. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/** What went wrong, from an answer that is not 2xx. */
export async function errorOf(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const said = (body ?? {}) as { code?: unknown; message?: unknown };
  const code = typeof said.code === "string" ? said.code : response.status === 404 ? "not_found" : "internal";
  return new ApiError(code, typeof said.message === "string" ? said.message : response.statusText, response.status);
}

const manners: Middleware = {
  onRequest({ request }) {
    if (request.method !== "GET") request.headers.set("X-Percorso", "1");
    return request;
  },
  async onResponse({ response }) {
    if (!response.ok) throw await errorOf(response);
    return response;
  },
  onError({ error }) {
    return error instanceof ApiError ? error : new ApiError("network", String(error), 0);
  },
};

export const api = createClient<paths>({ baseUrl: window.location.origin, credentials: "same-origin" });
api.use(manners);

/** The body of an answer; the manners above have already raised for anything but success. */
export async function body<T>(call: Promise<{ data?: T }>): Promise<T> {
  const { data } = await call;
  return data as T;
}
