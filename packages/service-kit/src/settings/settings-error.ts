export type SettingFault = { name: string; message: string }

/** Every fault of the settings at once, by name and never by value. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly faults: readonly SettingFault[]

  constructor(faults: readonly SettingFault[]) {
    super(['Settings are not usable:', ...faults.map(({ name, message }) => `  ${name} ${message}`)].join('\n'))
    this.faults = faults
  }
}
