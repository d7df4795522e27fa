import type { OrderTabProps } from "../OrderPage";

export default function PadTab({ place }: OrderTabProps) {
  return <p>{place.id}</p>;
}
