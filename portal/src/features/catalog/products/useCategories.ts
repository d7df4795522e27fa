import { CategoriesDocument } from "../../../gql/graphql";
import { useName } from "../../../shared/components";
import { useGraph } from "../../../shared/graph/hooks";

/** Our own categories, to choose from; the first hundred. */
export function useCategoryOptions(): readonly { readonly value: string; readonly text: string }[] {
  const name = useName();
  const { data } = useGraph({
    kinds: ["CATALOG"],
    document: CategoriesDocument,
    variables: { first: 100 },
  });
  return (data?.categories.edges ?? [])
    .filter(({ node }) => node.isOwn)
    .map(({ node }) => ({
      value: node.id,
      text: node.parent ? `${name(node.parent)} / ${name(node)}` : name(node),
    }));
}
