/** What surrounds every page: navigation, search, lag, account. Narrow screens get a bar at the bottom. */
import { Drawer, Kbd, UnstyledButton } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { Ellipsis, Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useSession } from "@/api/session";
import { useStatus } from "@/api/status";
import { useTongue, useWords } from "@/i18n";
import { Lag } from "./Lag";
import { Logo } from "./Logo";
import { AT_HAND, pagesFor, type PageGroup, type PageLink } from "./pages";
import { Palette } from "./Palette";
import { Account } from "./Preferences";
import css from "./Shell.module.css";

export function Shell() {
  const { t } = useWords();
  const groups = pagesFor(useSession().data?.user?.rights ?? []);
  const [menu, setMenu] = useState(false);
  const [palette, setPalette] = useState(false);
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  useCompanyZone();
  useHotkeys([["mod+K", () => setPalette((open) => !open)]], []);
  const search = () => {
    setMenu(false);
    setPalette(true);
  };
  const [shown, setShown] = useState(pathname);
  if (shown !== pathname) {
    setShown(pathname);
    setMenu(false);
  }
  useFocusOnNewPage(main, pathname);
  return (
    <div className={css.shell}>
      <a className="skip" href="#content">
        {t("shell.skip")}
      </a>
      <aside className={css.side}>
        <Link to="/" className={css.home} aria-label={t("nav.today")}>
          <Logo />
        </Link>
        <SearchButton onClick={search} />
        <Groups groups={groups} />
        <div className={css.foot}>
          <Lag />
          <Account />
        </div>
      </aside>
      <header className={css.top}>
        <Link to="/" className={css.home} aria-label={t("nav.today")}>
          <Logo />
        </Link>
        <Lag compact />
        <UnstyledButton className={css.iconButton} onClick={search} aria-label={t("shell.searchShort")}>
          <Search size={20} aria-hidden />
        </UnstyledButton>
      </header>
      <main id="content" ref={main} tabIndex={-1} className={css.main}>
        <Outlet />
      </main>
      <BottomBar groups={groups} onMore={() => setMenu(true)} open={menu} />
      <Drawer
        opened={menu}
        onClose={() => setMenu(false)}
        title={t("shell.menu")}
        position="bottom"
        size="auto"
        closeButtonProps={{ "aria-label": t("shell.close") }}
      >
        <Groups groups={groups} />
        <div className={css.foot}>
          <Lag />
          <Account />
        </div>
      </Drawer>
      <Palette opened={palette} onClose={() => setPalette(false)} groups={groups} />
    </div>
  );
}

/** Times are shown in the company's zone, whoever looks from wherever. */
function useCompanyZone() {
  const zone = useStatus().data?.company.zone;
  const { setZone } = useTongue();
  useEffect(() => {
    if (zone) setZone(zone);
  }, [zone, setZone]);
}

/** A new page starts at its top, for eyes and for screen readers alike. */
function useFocusOnNewPage(main: React.RefObject<HTMLElement | null>, pathname: string) {
  const last = useRef(pathname);
  useEffect(() => {
    if (last.current === pathname) return;
    last.current = pathname;
    main.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [main, pathname]);
}

function SearchButton({ onClick }: { onClick: () => void }) {
  const { t } = useWords();
  return (
    <UnstyledButton className={css.search} onClick={onClick}>
      <Search size={16} aria-hidden />
      <span>{t("shell.search")}</span>
      <Kbd size="xs">Ctrl K</Kbd>
    </UnstyledButton>
  );
}

function Groups({ groups }: { groups: readonly PageGroup[] }) {
  const { t } = useWords();
  return (
    <nav aria-label={t("shell.navigation")} className={css.nav}>
      {groups.map((group) => (
        <div key={group.title ?? "first"}>
          {group.title && <p className={css.groupTitle}>{t(group.title)}</p>}
          <ul className={css.list}>
            {group.pages.map((page) => (
              <li key={page.to}>
                <NavLink page={page} />
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

function NavLink({ page }: { page: PageLink }) {
  const { t } = useWords();
  const open = useStatus().data?.queues.tasks_open ?? 0;
  return (
    <Link to={page.to} className={css.link} activeOptions={{ exact: page.to === "/", includeSearch: false }}>
      <page.icon size={18} strokeWidth={1.8} aria-hidden />
      <span>{t(page.label)}</span>
      {page.to === "/tasks" && open > 0 && <Count n={open} />}
    </Link>
  );
}

function Count({ n }: { n: number }) {
  return <span className={css.count}>{n > 99 ? "99+" : n}</span>;
}

function BottomBar({ groups, onMore, open }: { groups: readonly PageGroup[]; onMore: () => void; open: boolean }) {
  const { t } = useWords();
  const pages = groups.flatMap((group) => group.pages).filter((page) => AT_HAND.includes(page.to));
  return (
    <nav aria-label={t("shell.navigation")} className={css.bar}>
      {pages.map((page) => (
        <Link key={page.to} to={page.to} className={css.tab} activeOptions={{ exact: page.to === "/", includeSearch: false }}>
          <page.icon size={21} strokeWidth={1.8} aria-hidden />
          <span>{t(page.short ?? page.label)}</span>
        </Link>
      ))}
      <UnstyledButton className={css.tab} onClick={onMore} aria-expanded={open}>
        <Ellipsis size={21} aria-hidden />
        <span>{t("shell.more")}</span>
      </UnstyledButton>
    </nav>
  );
}
