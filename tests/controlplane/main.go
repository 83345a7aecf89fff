// Command controlplane is a Kubernetes control plane for tests in one static binary.
//
// Its first argument names the part to be: etcd, kube-apiserver, kube-controller-manager or kubectl.
// The rest are that part's own flags. etcd runs embedded, without fsync, since its data is thrown away.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/embed"
	"k8s.io/component-base/cli"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	kubectl "k8s.io/kubectl/pkg/cmd"
)

const etcdReadyWithin = 30 * time.Second

var parts = map[string]func() *cobra.Command{
	"etcd":                    etcdCommand,
	"kube-apiserver":          apiserver.NewAPIServerCommand,
	"kube-controller-manager": controllers.NewControllerManagerCommand,
	"kubectl":                 kubectl.NewDefaultKubectlCommand,
}

func main() {
	if len(os.Args) < 2 || parts[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: controlplane etcd|kube-apiserver|kube-controller-manager|kubectl [flags]")
		os.Exit(2)
	}
	os.Args = os.Args[1:]
	os.Exit(cli.Run(parts[os.Args[0]]()))
}

func etcdCommand() *cobra.Command {
	var dataDir, clientURL, peerURL string
	command := &cobra.Command{
		Use:           "etcd",
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(*cobra.Command, []string) error {
			return runEtcd(dataDir, clientURL, peerURL)
		},
	}
	command.Flags().StringVar(&dataDir, "data-dir", "", "where the data lives until the test ends")
	command.Flags().StringVar(&clientURL, "client-url", "", "loopback URL for clients")
	command.Flags().StringVar(&peerURL, "peer-url", "", "loopback URL for peers")
	return command
}

func runEtcd(dataDir, clientURL, peerURL string) error {
	client, clientErr := url.Parse(clientURL)
	peer, peerErr := url.Parse(peerURL)
	if err := errors.Join(clientErr, peerErr); err != nil {
		return err
	}
	config := embed.NewConfig()
	config.Dir = dataDir
	config.LogLevel = "error"
	config.UnsafeNoFsync = true
	config.ListenClientUrls, config.AdvertiseClientUrls = []url.URL{*client}, []url.URL{*client}
	config.ListenPeerUrls, config.AdvertisePeerUrls = []url.URL{*peer}, []url.URL{*peer}
	config.InitialCluster = config.InitialClusterFromName(config.Name)

	server, err := embed.StartEtcd(config)
	if err != nil {
		return err
	}
	defer server.Close()

	stopped, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	select {
	case <-server.Server.ReadyNotify():
	case <-time.After(etcdReadyWithin):
		return fmt.Errorf("etcd is not ready after %s", etcdReadyWithin)
	}
	select {
	case <-stopped.Done():
		return nil
	case err := <-server.Err():
		return err
	}
}
