/**
 * What a sink promises of the records that it is given. NONE: some may be lost, or written twice. AT_LEAST_ONCE: none is lost. EXACTLY_ONCE:
 * none is lost, and who reads only what is committed sees each of them once.
 *
 * @example
 * ```ts
 * import { DeliveryGuarantee } from 'flink-ts/connectors/base'
 *
 * console.log(DeliveryGuarantee.EXACTLY_ONCE) // exactly-once
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/connector/base/DeliveryGuarantee.html
 */
export const DeliveryGuarantee = {
  EXACTLY_ONCE: 'exactly-once',
  AT_LEAST_ONCE: 'at-least-once',
  NONE: 'none',
} as const
export type DeliveryGuarantee = (typeof DeliveryGuarantee)[keyof typeof DeliveryGuarantee]
