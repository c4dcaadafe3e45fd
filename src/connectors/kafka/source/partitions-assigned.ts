/** To each reader, after its first partitions: whoever has none by now has nothing that others would have to wait for. */
export const PARTITIONS_ASSIGNED = { kind: 'partitions-assigned' } as const

export function isPartitionsAssigned(event: unknown): boolean {
  return (event as { readonly kind?: unknown } | null)?.kind === PARTITIONS_ASSIGNED.kind
}
