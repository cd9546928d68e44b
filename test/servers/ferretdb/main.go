// Puts MongoDB's wire protocol before a PostgreSQL with DocumentDB, for tests and benches.
//
// usage: ferretdb POSTGRESQL_URL LISTEN_ADDRESS STATE_FOLDER [auth]
//
// Runs until SIGTERM or SIGINT. Nobody is asked for a password, since it listens on loopback only, unless "auth" is said.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"reflect"
	"syscall"
	"unsafe"

	"github.com/FerretDB/FerretDB/v2/ferretdb"
)

func main() {
	asksForPassword := len(os.Args) == 5 && os.Args[4] == "auth"
	if len(os.Args) != 4 && !asksForPassword {
		fmt.Fprintln(os.Stderr, "usage: ferretdb POSTGRESQL_URL LISTEN_ADDRESS STATE_FOLDER [auth]")
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
	if asksForPassword {
		askForPassword(server)
	}
	stop, done := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer done()
	server.Run(stop)
}

// Sets what FerretDB's own command sets by --auth. The embeddable package has it, and fixes it to false; it panics here
// where a later release has moved it.
func askForPassword(server *ferretdb.FerretDB) {
	handler := reflect.ValueOf(server).Elem().FieldByName("res").Elem().FieldByName("docdbH").Elem().Elem()
	auth := handler.FieldByName("NewOpts").Elem().FieldByName("Auth")
	*(*bool)(unsafe.Pointer(auth.UnsafeAddr())) = true
}
