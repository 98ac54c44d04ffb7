/** What `load` takes. */
export interface Options {
  /** The server; the origin of the script when left out. */
  host?: string;
  /**
   * What happens before the visitor has answered the consent banner: `required` forgets every call, `memory` holds calls in
   * the memory of the page, `given` needs no answer.
   */
  consent?: "required" | "memory" | "given";
  /** `Sec-GPC` counts as a no until the visitor says yes. On unless false. */
  respectGpc?: boolean;
  /** A page view for every page, pages of a single-page application included. On unless false. */
  pages?: boolean;
  /** Events of elements with `data-percorso-event`. On unless false. */
  clicks?: boolean;
  /** `Link Clicked` for links that leave the site. */
  outbound?: boolean;
  /** Other domains of the company, to which a visitor is handed over. */
  domains?: string[];
  /** `context.touchpoint` of every event. */
  touchpoint?: string;
  /** Names what is kept in the browser, should two tags live on one site. */
  name?: string;
  /** Events that may wait on this device. */
  maxQueue?: number;
  /** Told of every event that will not count, and why. */
  onDrop?: (drop: Drop) => void;
  /** Told when sending stops until the next page, since the server refuses the key or the address. */
  onPause?: (pause: { status: number; message: string }) => void;
}

export interface Drop {
  /** `consent`, `full`, `too_large`, `invalid`, `status_400` and the like, or the reason of the server's verdict. */
  reason: string;
  messageId?: string | undefined;
  detail?: string | undefined;
}

/** What a single call may say beside its properties. */
export interface CallOptions {
  messageId?: string;
  timestamp?: string | Date;
  touchpoint?: string;
  /** Of `identify`: what the company's server signed to prove who signed in. Kept until somebody else does. */
  token?: string;
  context?: Record<string, unknown>;
}

export type Fields = Record<string, unknown>;
export type Consent = Record<string, boolean>;
