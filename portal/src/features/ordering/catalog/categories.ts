interface CategoryLike {
  readonly id: string;
  readonly parent: { readonly id: string } | null;
}

/** Categories as a tree is read, each with how deep it stands. Pure. */
export function inTree<Category extends CategoryLike>(
  categories: readonly Category[],
): readonly { readonly category: Category; readonly depth: number }[] {
  const known = new Set(categories.map(({ id }) => id));
  const below = (parentId: string | null, depth: number): ReturnType<typeof inTree<Category>> =>
    categories
      .filter(({ parent }) => {
        const above = parent !== null && known.has(parent.id) ? parent.id : null;
        return above === parentId;
      })
      .flatMap((category) => [{ category, depth }, ...below(category.id, depth + 1)]);
  return below(null, 0);
}
