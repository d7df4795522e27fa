import type { OrderTabProps } from "../OrderPage";

export default function ListsTab({ place }: OrderTabProps) {
  return <p>{place.id}</p>;
}
