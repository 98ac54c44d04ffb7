/** Small values of this origin, in local storage once it is `open`, in memory until then and where there is no storage. */
export interface Keep {
  get<T>(name: string): T | undefined;
  set(name: string, value: unknown): void;
  /** Written even before `open`: the visitor's own answer. */
  setAlways(name: string, value: unknown): void;
  open(): void;
  /** Forgets everything but the names given. */
  close(but: string[]): void;
  key(name: string): string;
}

export function createKeep(prefix: string): Keep {
  const memory = new Map<string, string>();
  let isOpen = false;
  const key = (name: string) => `${prefix}.${name}`;

  function write(name: string, text: string): void {
    try {
      localStorage.setItem(key(name), text);
      memory.delete(name);
    } catch {
      memory.set(name, text); // no storage, or a full one
    }
  }

  function read(name: string): string {
    try {
      return memory.get(name) ?? localStorage.getItem(key(name)) ?? "null";
    } catch {
      return "null"; // not allowed here
    }
  }

  return {
    key,
    get<T>(name: string): T | undefined {
      try {
        return (JSON.parse(read(name)) as T | null) ?? undefined;
      } catch {
        return undefined; // somebody else wrote it
      }
    },
    set(name, value) {
      const text = JSON.stringify(value ?? null);
      if (isOpen) write(name, text);
      else memory.set(name, text);
    },
    setAlways: (name, value) => write(name, JSON.stringify(value)),
    open() {
      isOpen = true;
      for (const [name, text] of memory) write(name, text);
    },
    close(but) {
      isOpen = false;
      memory.clear();
      try {
        for (const stored of Object.keys(localStorage)) {
          if (stored.startsWith(`${prefix}.`) && !but.some((name) => stored === key(name))) localStorage.removeItem(stored);
        }
      } catch {
        // Nothing was stored.
      }
    },
  };
}
