import { OrderList } from "./list/OrderList";

/** What is bought from us. */
export default function SalesPage() {
  return <OrderList side="SELLING" />;
}
