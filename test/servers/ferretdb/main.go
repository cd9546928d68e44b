// Puts MongoDB's wire protocol before a PostgreSQL with DocumentDB, for tests and benches.
//
// usage: ferretdb POSTGRESQL_URL LISTEN_ADDRESS STATE_FOLDER
//
// Runs until SIGTERM or SIGINT. Nobody is asked for a password: it listens on loopback only.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/FerretDB/FerretDB/v2/ferretdb"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: ferretdb POSTGRESQL_URL LISTEN_ADDRESS STATE_FOLDER")
		os.Exit(2)
	}
	telemetry := false
	server, err := ferretdb.New(&ferretdb.Config{
		PostgreSQLURL: os.Args[1],
		ListenAddr:    os.Args[2],
		StateDir:      os.Args[3],
		LogLevel:      slog.LevelWarn,
		LogOutput:     os.Stderr,
		Telemetry:     &telemetry,
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	stop, done := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer done()
	server.Run(stop)
}
