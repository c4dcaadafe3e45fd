/** What goes into an operator and what comes out of it, one element at a time. */
import { NO_TIMESTAMP, type WatermarkStatus } from '../../src/runtime/taskmanager/network/stream-element.js'

export interface RecordElement {
  readonly kind: 'record'
  readonly value: unknown
  readonly timestamp: number
}

export interface SideRecordElement {
  readonly kind: 'side-record'
  readonly tag: string
  readonly value: unknown
  readonly timestamp: number
}

export interface WatermarkElement {
  readonly kind: 'watermark'
  readonly timestamp: number
}

export interface StatusElement {
  readonly kind: 'status'
  readonly status: WatermarkStatus
}

/** Not of an input: the clock of all subtasks moves on to `timestamp`, and every timer on the way runs at its own time. */
export interface ProcessingTimeElement {
  readonly kind: 'processing-time'
  readonly timestamp: number
}

export type InputElement = RecordElement | WatermarkElement | StatusElement | ProcessingTimeElement
export type OutputElement = RecordElement | SideRecordElement | WatermarkElement | StatusElement

/** An element and the number of the input that it comes in by. */
export interface ElementOfInput {
  readonly input: number
  readonly element: InputElement
}

export function record(value: unknown, timestamp: number = NO_TIMESTAMP): RecordElement {
  return { kind: 'record', value, timestamp }
}

export function sideRecord(tag: string, value: unknown, timestamp: number = NO_TIMESTAMP): SideRecordElement {
  return { kind: 'side-record', tag, value, timestamp }
}

export function watermark(timestamp: number): WatermarkElement {
  return { kind: 'watermark', timestamp }
}

export function status(to: WatermarkStatus): StatusElement {
  return { kind: 'status', status: to }
}

export function processingTime(timestamp: number): ProcessingTimeElement {
  return { kind: 'processing-time', timestamp }
}
