import type { OrderTabProps } from "../OrderPage";

export default function CatalogTab({ place }: OrderTabProps) {
  return <p>{place.id}</p>;
}
