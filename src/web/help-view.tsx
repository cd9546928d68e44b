/** A key of the grid or of the log viewer. */
export interface HelpKey {
  readonly keys: readonly string[];
  readonly meaning: string;
}

export interface HelpViewProps {
  readonly keyTables: readonly { readonly place: string; readonly keys: readonly HelpKey[] }[];
}

/** The help: what the keys do, and what the colours mean. */
export function HelpView({ keyTables }: HelpViewProps) {
  return (
    <div class="prose">
      <h1>Help</h1>
      {keyTables.map(({ place, keys }) => (
        <section key={place}>
          <h2>Keys: {place}</h2>
          <table>
            <thead>
              <tr>
                <th scope="col">Key</th>
                <th scope="col">Meaning</th>
              </tr>
            </thead>
            <tbody>
              {keys.map(({ keys: names, meaning }) => (
                <tr key={meaning}>
                  <th scope="row">
                    {names.map((name, index) => (
                      <>
                        {index > 0 && " or "}
                        <kbd>{name}</kbd>
                      </>
                    ))}
                  </th>
                  <td>{meaning}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      ))}
    </div>
  );
}
