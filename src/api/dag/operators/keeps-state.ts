/** By kind of a family: whether its operators keep state of their own, or their functions are there for the state of keys. */
export type KeepsState<Spec extends { readonly kind: string }> = Readonly<Record<Spec['kind'], boolean>>
