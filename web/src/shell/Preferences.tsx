/** Language and appearance, and the way out. */
import { Menu, UnstyledButton, useMantineColorScheme, type MantineColorScheme } from "@mantine/core";
import { Check, ChevronsUpDown, LogOut, Monitor, Moon, Sun } from "lucide-react";
import { useSession, useSignOut } from "@/api/session";
import { useTongue, useWords } from "@/i18n";
import { LANGUAGES } from "@/i18n/dictionary";
import css from "./Shell.module.css";

const SCHEMES: readonly [MantineColorScheme, typeof Sun][] = [
  ["light", Sun],
  ["dark", Moon],
  ["auto", Monitor],
];

const OWN_NAME = { it: "Italiano", en: "English" } as const;

/** The choices themselves, for the account menu and for the sign-in page. */
export function PreferenceItems() {
  const { t } = useWords();
  const { language, setLanguage } = useTongue();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <>
      <Menu.Label>{t("shell.language")}</Menu.Label>
      {LANGUAGES.map((each) => (
        <Menu.Item
          key={each}
          lang={each}
          onClick={() => setLanguage(each)}
          aria-current={each === language || undefined}
          rightSection={each === language ? <Check size={15} aria-hidden /> : null}
        >
          {OWN_NAME[each]}
        </Menu.Item>
      ))}
      <Menu.Divider />
      <Menu.Label>{t("shell.scheme")}</Menu.Label>
      {SCHEMES.map(([scheme, Icon]) => (
        <Menu.Item
          key={scheme}
          leftSection={<Icon size={15} aria-hidden />}
          onClick={() => setColorScheme(scheme)}
          aria-current={scheme === colorScheme || undefined}
          rightSection={scheme === colorScheme ? <Check size={15} aria-hidden /> : null}
        >
          {t(`shell.scheme.${scheme}`)}
        </Menu.Item>
      ))}
    </>
  );
}

export function Account() {
  const { t, word } = useWords();
  const user = useSession().data?.user;
  const signOut = useSignOut();
  if (!user) return null;
  return (
    <Menu width={230} position="top-start" shadow="md">
      <Menu.Target>
        <UnstyledButton className={css.account} aria-label={t("shell.account", { email: user.email })}>
          <span className={css.avatar} aria-hidden>
            {user.email.slice(0, 1).toUpperCase()}
          </span>
          <span className={css.accountText}>
            <span className={css.accountEmail}>{user.email}</span>
            <span className={css.accountRole}>{word("role", user.role)}</span>
          </span>
          <ChevronsUpDown size={15} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <PreferenceItems />
        <Menu.Divider />
        <Menu.Item leftSection={<LogOut size={15} aria-hidden />} onClick={() => signOut.mutate()}>
          {t("shell.signOut")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
