import { OrderDetail } from "./detail/OrderDetail";

/** One sale. */
export default function SaleDetailPage() {
  return <OrderDetail side="SELLING" />;
}
