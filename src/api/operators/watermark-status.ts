/**
 * Whether somebody upstream still sends watermarks. Of an input that is IDLE nobody waits for one.
 *
 * @example
 * ```ts
 * import { AbstractStreamOperator, WatermarkStatus, type OneInputStreamOperator, type StreamRecord } from 'flink-ts'
 *
 * class NeverIdle extends AbstractStreamOperator<string> implements OneInputStreamOperator<string, string> {
 *   processElement(element: StreamRecord<string>): void {
 *     this.output.collect(element)
 *   }
 *   override processWatermarkStatus(status: WatermarkStatus): void {
 *     if (status === WatermarkStatus.ACTIVE) super.processWatermarkStatus(status)
 *   }
 * }
 * ```
 */
export const WatermarkStatus = { ACTIVE: 'active', IDLE: 'idle' } as const
export type WatermarkStatus = (typeof WatermarkStatus)[keyof typeof WatermarkStatus]
