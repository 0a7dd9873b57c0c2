// The heads of a table's columns, for whatever rows it has. Knows nothing of what the table is of.

export const ColumnHeads = ({ columns }: { readonly columns: readonly string[] }) =>
  columns.map((column) => (
    <th key={column} scope="col">
      {column}
    </th>
  ));
