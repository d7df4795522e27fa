import type { RelationshipTermsFragment } from "../../../gql/graphql";
import { Facts, useName } from "../../../shared/components";
import { useFormat } from "../../../shared/i18n/format";
import { useTexts } from "../../../shared/i18n/i18n";
import { organizationsTexts } from "../texts";
import { percentOf } from "./numbers";

type Terms = RelationshipTermsFragment;

/** All that one agrees to with an edge, in words. */
export function TermsFacts({ edge }: { readonly edge: Terms }) {
  const t = useTexts(organizationsTexts);
  const format = useFormat();
  const flow = [
    t(`flow.review.${edge.requiresReview}`),
    t(`flow.confirm.${edge.requiresConfirmation}`),
    t(`flow.receipt.${edge.requiresReceipt}`),
    t(`flow.stock.${edge.holdsStock}`),
  ];
  const from = format.day(edge.validFrom);
  return (
    <Facts
      items={[
        {
          term: t("terms.valid"),
          value:
            edge.validTo == null
              ? t("terms.valid.open", { from })
              : t("terms.valid.range", { from, to: format.day(edge.validTo) }),
        },
        { term: t("currency"), value: edge.currency },
        {
          term: t("days"),
          value:
            edge.paymentTermsDays === 0
              ? t("days.none")
              : t("days.value", { days: edge.paymentTermsDays }),
        },
        { term: t("priceStrategy"), value: t(`strategy.${edge.priceStrategy}`) },
        { term: t("orderMinimum"), value: format.money(edge.orderMinimum) },
        {
          term: t("territory"),
          value: edge.territory.length === 0 ? t("territory.any") : edge.territory.join(" · "),
        },
        { term: t("rebate"), value: <Rebate edge={edge} /> },
        {
          term: t("flow"),
          value: (
            <ul className="edge-flow">
              {flow.map((text) => (
                <li key={text}>{text}</li>
              ))}
            </ul>
          ),
        },
        { term: t("sellOut"), value: t(`sharesSellOut.${edge.sharesSellOut}`) },
      ]}
    />
  );
}

function Rebate({ edge }: { readonly edge: Terms }) {
  const t = useTexts(organizationsTexts);
  const format = useFormat();
  if (edge.rebateBasisPoints === 0) return t("rebate.none");
  return t("rebate.value", {
    percent: `${percentOf(edge.rebateBasisPoints)}%`,
    threshold: format.money(edge.rebateThreshold),
  });
}

/** Between whom, and in whose books. */
export function PartiesFacts({ edge }: { readonly edge: Terms }) {
  const t = useTexts(organizationsTexts);
  const name = useName();
  const entity = (legal: Terms["sellerEntity"]) =>
    legal == null
      ? t("entity.hidden")
      : [name(legal), legal.taxNumber && `${t("taxNumber")} ${legal.taxNumber}`]
          .filter(Boolean)
          .join(" · ");
  return (
    <Facts
      items={[
        { term: t("seller"), value: name(edge.seller) },
        { term: t("sellerEntity"), value: entity(edge.sellerEntity) },
        { term: t("buyer"), value: name(edge.buyer) },
        { term: t("buyerEntity"), value: entity(edge.buyerEntity) },
      ]}
    />
  );
}
