/** The door: sign in, or on the very first start make the first administrator. */
import { Button, Menu, PasswordInput, TextInput, UnstyledButton } from "@mantine/core";
import { Settings2 } from "lucide-react";
import { useEffect, useState, type FormEvent, type ReactNode } from "react";
import { ApiError } from "@/api/client";
import { useSetUp, useSignIn } from "@/api/session";
import { useWords } from "@/i18n";
import { useErrorText } from "@/parts/Await";
import { Logo } from "@/shell/Logo";
import { PreferenceItems } from "@/shell/Preferences";
import css from "./SignIn.module.css";

const SHORTEST_PASSWORD = 12;

export function SignIn() {
  const { t } = useWords();
  const signIn = useSignIn();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const say = useErrorText();
  const wrong = signIn.error instanceof ApiError && signIn.error.code === "unauthenticated";
  return (
    <Door
      title={t("signin.title")}
      lead={t("signin.lead")}
      error={signIn.error && (wrong ? t("signin.wrong") : say(signIn.error))}
      onSubmit={() => signIn.mutate({ email, password })}
    >
      <TextInput type="email" label={t("signin.email")} autoComplete="username" required autoFocus value={email} onChange={(e) => setEmail(e.currentTarget.value)} />
      <PasswordInput label={t("signin.password")} autoComplete="current-password" required value={password} onChange={(e) => setPassword(e.currentTarget.value)} />
      <Button type="submit" fullWidth loading={signIn.isPending}>
        {t("signin.go")}
      </Button>
      <p className={css.small}>{t("signin.forgot")}</p>
    </Door>
  );
}

export function SetUp() {
  const { t } = useWords();
  const setUp = useSetUp();
  const say = useErrorText();
  const [token, setToken] = useState(() => new URLSearchParams(window.location.search).get("token") ?? "");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const short = tried && password.length < SHORTEST_PASSWORD;
  const submit = () => {
    setTried(true);
    if (password.length >= SHORTEST_PASSWORD) setUp.mutate({ token: token.trim(), email, password });
  };
  return (
    <Door title={t("setup.title")} lead={t("setup.lead")} error={setUp.error && (setUp.error instanceof ApiError && setUp.error.code === "forbidden" ? t("setup.wrongToken") : say(setUp.error))} onSubmit={submit}>
      <TextInput label={t("setup.token")} description={t("setup.tokenHelp")} required value={token} onChange={(e) => setToken(e.currentTarget.value)} autoComplete="off" spellCheck={false} />
      <TextInput type="email" label={t("signin.email")} autoComplete="username" required value={email} onChange={(e) => setEmail(e.currentTarget.value)} />
      <PasswordInput
        label={t("signin.password")}
        description={t("setup.passwordHelp")}
        error={short ? t("setup.short", { n: SHORTEST_PASSWORD }) : undefined}
        autoComplete="new-password"
        required
        value={password}
        onChange={(e) => setPassword(e.currentTarget.value)}
      />
      <Button type="submit" fullWidth loading={setUp.isPending}>
        {t("setup.go")}
      </Button>
    </Door>
  );
}

interface DoorProps {
  title: string;
  lead: string;
  error: string | null;
  onSubmit: () => void;
  children: ReactNode;
}

function Door({ title, lead, error, onSubmit, children }: DoorProps) {
  const { t } = useWords();
  useEffect(() => {
    document.title = `${title} · ${t("app.name")}`;
  }, [title, t]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <main className={css.door}>
      <Landscape />
      <div className={css.side}>
        <div className={css.top}>
          <Logo />
          <Menu width={220} position="bottom-end" shadow="md">
            <Menu.Target>
              <UnstyledButton className={css.preferences} aria-label={`${t("shell.language")}, ${t("shell.scheme")}`}>
                <Settings2 size={19} aria-hidden />
              </UnstyledButton>
            </Menu.Target>
            <Menu.Dropdown>
              <PreferenceItems />
            </Menu.Dropdown>
          </Menu>
        </div>
        <form className={css.form} onSubmit={submit}>
          <div>
            <h1 className={css.title}>{title}</h1>
            <p className={css.lead}>{lead}</p>
          </div>
          {error && (
            <p role="alert" className={css.error}>
              {error}
            </p>
          )}
          {children}
        </form>
      </div>
    </main>
  );
}

/** Many touchpoints, one path. Drawn, not photographed; says nothing to a screen reader. */
function Landscape() {
  return (
    <svg className={css.landscape} viewBox="0 0 720 900" preserveAspectRatio="xMidYMid slice" aria-hidden>
      <g className={css.faint}>
        <path d="M-20 190H210C290 190 270 330 350 330H760" />
        <path d="M-20 330H120C210 330 200 520 300 520H760" />
        <path d="M-20 690H200C300 690 290 420 400 420H760" />
        <path d="M-20 810H330C420 810 410 640 500 640H760" />
        <path d="M-20 90H380C470 90 450 230 540 230H760" />
      </g>
      <path className={css.way} d="M-20 560H150C250 560 230 430 330 430H420C520 430 500 300 600 300H760" />
      {[
        [110, 560],
        [238, 495],
        [376, 430],
        [514, 365],
      ].map(([x, y]) => (
        <circle key={x} cx={x} cy={y} r="10" className={css.stop} />
      ))}
      <circle cx="640" cy="300" r="26" className={css.halo} />
      <circle cx="640" cy="300" r="13" className={css.here} />
    </svg>
  );
}
