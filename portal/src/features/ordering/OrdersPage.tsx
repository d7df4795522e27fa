import { OrderList } from "./list/OrderList";

/** What we buy. */
export default function OrdersPage() {
  return <OrderList side="BUYING" />;
}
