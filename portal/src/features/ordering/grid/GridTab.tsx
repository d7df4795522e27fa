import type { OrderTabProps } from "../OrderPage";

export default function GridTab({ place }: OrderTabProps) {
  return <p>{place.id}</p>;
}
