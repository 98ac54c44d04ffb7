/** The addresses in a text, one a line; blank lines count for nothing. Pure. */
export const addresses = (text: string): string[] => [...new Set(text.split(/\s+/).filter((one) => one !== ""))];

export const MOST_ADDRESSES = 10;
