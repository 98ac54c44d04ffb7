/** Where events wait: on disk, shared by the tabs of a site, or in memory where the browser gives no disk. */
export interface Waiting {
  /** Its place, given by the store. */
  n?: number;
  id: string;
  body: string;
}

export interface Store {
  /** False when `most` wait already. */
  add(event: Waiting, most: number): Promise<boolean>;
  /** The oldest. */
  oldest(count: number): Promise<Waiting[]>;
  remove(events: Waiting[]): Promise<void>;
  clear(): Promise<void>;
  /** Whether this tab may send now, where the browser has no Web Locks; for `ms`, which end by themselves. */
  lease(owner: string, ms: number): Promise<boolean>;
  readonly onDisk: boolean;
}

const OPEN_WITHIN_MS = 3000;

/** The store on disk; one in memory when there is no disk, or from the moment the disk fails. */
export async function openStore(name: string): Promise<Store> {
  const memory = memoryStore();
  try {
    return guarded(diskStore(await openDisk(name)), memory);
  } catch {
    return memory;
  }
}

export function memoryStore(): Store {
  let events: Waiting[] = [];
  let next = 0;
  return {
    onDisk: false,
    async add(event, most) {
      if (events.length >= most) return false;
      events.push({ ...event, n: next++ });
      return true;
    },
    oldest: async (count) => events.slice(0, count),
    async remove(gone) {
      events = events.filter((event) => !gone.includes(event));
    },
    async clear() {
      events = [];
    },
    lease: async () => true,
  };
}

function openDisk(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name, 1);
    setTimeout(reject, OPEN_WITHIN_MS); // some browsers never answer
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore("events", { keyPath: "n", autoIncrement: true });
      opening.result.createObjectStore("lease");
    };
    opening.onerror = opening.onblocked = reject;
    opening.onsuccess = () => {
      opening.result.onversionchange = () => opening.result.close();
      resolve(opening.result);
    };
  });
}

function diskStore(disk: IDBDatabase): Store {
  /** One transaction; resolves when it is written. */
  function change<T>(on: string, work: (table: IDBObjectStore, done: (value: T) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const transaction = disk.transaction(on, "readwrite");
      let answer: T;
      transaction.oncomplete = () => resolve(answer);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
      work(transaction.objectStore(on), (value) => {
        answer = value;
      });
    });
  }

  return {
    onDisk: true,
    add: (event, most) =>
      change("events", (table, done) => {
        const counting = table.count();
        counting.onsuccess = () => {
          const fits = counting.result < most;
          if (fits) table.add(event);
          done(fits);
        };
      }),
    oldest: (count) =>
      change("events", (table, done) => {
        const reading = table.getAll(null, count);
        reading.onsuccess = () => done(reading.result);
      }),
    remove: (gone) =>
      change("events", (table) => {
        for (const event of gone) table.delete(event.n as number);
      }),
    clear: () => change("events", (table) => void table.clear()),
    lease: (owner, ms) =>
      change("lease", (table, done) => {
        const reading = table.get("send");
        reading.onsuccess = () => {
          const held = reading.result as { owner: string; until: number } | undefined;
          const now = Date.now();
          const free = !held || held.owner === owner || held.until < now || held.until > now + 600_000;
          if (free) table.put({ owner, until: now + ms }, "send");
          done(free);
        };
      }),
  };
}

/** The disk as long as it works, then the memory: what cannot be written shall still be sent. */
function guarded(disk: Store, memory: Store): Store {
  let current = disk;
  const tried =
    <A extends unknown[], T>(call: (store: Store) => (...args: A) => Promise<T>) =>
    (...args: A): Promise<T> =>
      call(current)(...args).catch(() => {
        current = memory;
        return call(memory)(...args);
      });
  return {
    get onDisk() {
      return current === disk;
    },
    add: tried((store) => store.add),
    oldest: tried((store) => store.oldest),
    remove: tried((store) => store.remove),
    clear: tried((store) => store.clear),
    lease: tried((store) => store.lease),
  };
}
