import { DateText, Section, useName } from "../../../shared/components";
import { useTexts } from "../../../shared/i18n/i18n";
import type { Order } from "./OrderDetail";
import { detailTexts } from "./texts";

/** What happened, newest first: who did what, and when. */
export function OrderTimeline({ order }: { readonly order: Order }) {
  const t = useTexts(detailTexts);
  const name = useName();
  return (
    <Section title={t("timeline")}>
      <ol className="timeline" reversed>
        {order.events.toReversed().map((event) => (
          <li key={event.id}>
            <p className="timeline-message">{event.message}</p>
            {event.note && <blockquote>{event.note}</blockquote>}
            <p className="timeline-who">
              {name(event.organization)}
              {event.person && ` · ${event.person}`} · <DateText value={event.occurredAt} />
            </p>
          </li>
        ))}
      </ol>
    </Section>
  );
}
