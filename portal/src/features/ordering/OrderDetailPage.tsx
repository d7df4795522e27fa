import { OrderDetail } from "./detail/OrderDetail";

/** One purchase. */
export default function OrderDetailPage() {
  return <OrderDetail side="BUYING" />;
}
