/*
 * The data engine alone, as a peer of release.py: reads tables as text and writes them as Parquet
 * with zstd, on two threads, and does nothing else. So it is the least that reading and writing
 * cost whoever leaves both to the engine.
 *
 * usage: engine_copy OUT TABLE.csv...
 */
#include <duckdb.h>

static int
run(duckdb_connection con, const char *sql)
{
	duckdb_result result;
	duckdb_state state = duckdb_query(con, sql, &result);
	if (state != DuckDBSuccess)
		fprintf(stderr, "%s\n", duckdb_result_error(&result));
	duckdb_destroy_result(&result);
	return state == DuckDBSuccess ? 0 : 1;
}

int
main(int argc, char **argv)
{
	duckdb_database db;
	duckdb_connection con;
	char sql[10000];
	if (argc < 3) {
		fprintf(stderr, "usage: engine_copy OUT TABLE.csv...\n");
		return 2;
	}
	if (duckdb_open(NULL, &db) != DuckDBSuccess || duckdb_connect(db, &con) != DuckDBSuccess) {
		fprintf(stderr, "The data engine does not start.\n");
		return 1;
	}
	int failed = run(con, "SET threads = 2; SET memory_limit = '1GB'");
	for (int i = 2; i < argc && !failed; i++) {
		snprintf(sql, sizeof sql,
			"COPY (FROM read_csv('%s', header = true, all_varchar = true)) TO "
			"'%s/%d.parquet' (FORMAT parquet, COMPRESSION zstd)",
			argv[i], argv[1], i);
		failed = run(con, sql);
	}
	duckdb_disconnect(&con);
	duckdb_close(&db);
	return failed;
}
