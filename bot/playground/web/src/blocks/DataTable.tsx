/** A `data_table`, which the package leaves blank: sortable by its heads, a page at a time. */
import { useMemo, useState } from "react";
import { usePage } from "../lib/context";
import type { Block } from "../lib/types";

interface Cell {
  type: string;
  text?: string;
  value?: number;
  elements?: unknown;
}

const PAGE = 10;

/** What a cell says; of rich text its words. */
function said(cell: Cell | undefined): string {
  if (!cell) return "";
  if (cell.type === "rich_text") return words(cell.elements);
  return cell.text ?? (cell.value === undefined ? "" : String(cell.value));
}

function words(node: unknown): string {
  if (Array.isArray(node)) return node.map(words).join("");
  if (typeof node !== "object" || node === null) return "";
  const { text, elements } = node as { text?: unknown; elements?: unknown };
  return typeof text === "string" ? text : words(elements);
}

const isNumber = (cell: Cell | undefined): boolean => cell?.type === "raw_number";

function compare(one: Cell | undefined, other: Cell | undefined): number {
  if (isNumber(one) && isNumber(other)) return (one?.value ?? 0) - (other?.value ?? 0);
  return said(one).localeCompare(said(other));
}

export function DataTable({ block }: { block: Block }) {
  const { t } = usePage();
  const { head, body } = useMemo(() => {
    const [first = [], ...rest] = (block.rows as Cell[][] | undefined) ?? [];
    return { head: first, body: rest };
  }, [block.rows]);
  const [sort, setSort] = useState<{ column: number; down: boolean } | null>(null);
  const [page, setPage] = useState(0);
  const size = (block.page_size as number | undefined) ?? PAGE;
  const pages = Math.max(1, Math.ceil(body.length / size));
  const shown = useMemo(() => {
    const sorted = sort
      ? body
          .map((row, place) => ({ row, place }))
          .sort((one, other) => {
            const way = compare(one.row[sort.column], other.row[sort.column]);
            return (sort.down ? -way : way) || one.place - other.place;
          })
          .map(({ row }) => row)
      : body;
    return sorted.slice(page * size, (page + 1) * size);
  }, [body, sort, page, size]);
  const order = (column: number) => {
    setSort((now) => ({ column, down: now?.column === column ? !now.down : isNumber(body[0]?.[column]) }));
    setPage(0);
  };

  return (
    <div className="data-table">
      <table>
        <caption className="sr-only">{String(block.caption ?? "")}</caption>
        <thead>
          <tr>
            {head.map((cell, column) => {
              const way = sort?.column === column ? (sort.down ? "descending" : "ascending") : "none";
              return (
                <th
                  // biome-ignore lint/suspicious/noArrayIndexKey: columns have no names of their own
                  key={column}
                  scope="col"
                  aria-sort={way}
                  className={isNumber(body[0]?.[column]) ? "number" : ""}
                >
                  <button type="button" onClick={() => order(column)}>
                    {said(cell)}
                    <span aria-hidden="true">{way === "none" ? "" : way === "ascending" ? " ↑" : " ↓"}</span>
                  </button>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {shown.map((row, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no names of their own
            <tr key={`${page}:${place}`}>
              {row.map((cell, column) =>
                column === block.row_header_column_index ? (
                  // biome-ignore lint/suspicious/noArrayIndexKey: as above
                  <th key={column} scope="row">
                    {said(cell)}
                  </th>
                ) : (
                  // biome-ignore lint/suspicious/noArrayIndexKey: as above
                  <td key={column} className={isNumber(cell) ? "number" : ""}>
                    {said(cell)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {pages > 1 && (
        <p className="data-table-pages">
          <button
            type="button"
            disabled={page === 0}
            onClick={() => setPage(page - 1)}
            aria-label={t.tableBack}
          >
            ‹
          </button>
          {page + 1} / {pages}
          <button
            type="button"
            disabled={page + 1 >= pages}
            onClick={() => setPage(page + 1)}
            aria-label={t.tableOn}
          >
            ›
          </button>
        </p>
      )}
    </div>
  );
}
