/** A channel by its icon and its name. */
import {
  Bell,
  Calendar,
  CircleHelp,
  Coffee,
  Globe,
  Handshake,
  Mail,
  Megaphone,
  MessageCircle,
  MessageSquareText,
  Phone,
  Share2,
  Smartphone,
  Stamp,
  Store,
  Truck,
  type LucideIcon,
} from "lucide-react";
import { useWords } from "@/i18n";
import css from "./Channel.module.css";

const ICONS: Record<string, LucideIcon> = {
  web: Globe,
  app: Smartphone,
  store: Store,
  call: Phone,
  email: Mail,
  sms: MessageSquareText,
  post: Stamp,
  chat: MessageCircle,
  social: Share2,
  event: Calendar,
  delivery: Truck,
  device: Coffee,
  ads: Megaphone,
  partner: Handshake,
  push: Bell,
};

export function ChannelIcon({ channel, size = 16 }: { channel: string | null | undefined; size?: number }) {
  const { word } = useWords();
  const Icon = ICONS[channel ?? ""] ?? CircleHelp;
  return (
    <span className={css.icon} title={word("channel", channel ?? "unknown")}>
      <Icon size={size} strokeWidth={1.8} aria-hidden />
      <span className="hidden-text">{word("channel", channel ?? "unknown")}</span>
    </span>
  );
}
