/** Something that an answer must never be. */
export type Finding = {
  /** What kind of thing it is: findings of one kind at one operation are told once. */
  readonly kind: string
  readonly detail: string
}
