/** The shape of a word list: key -> [Italian, English]. */
export type Words = Readonly<Record<string, readonly [it: string, en: string]>>;
