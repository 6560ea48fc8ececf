{- meshwatch's part of meshStack's configuration model. Everything under `monitor` may stand in the model's own file as well.

   Every field may be left out; what it is then stands beside it in types.dhall. To have a section checked against its type
   while you write, use the type: `T.Node::{ name = "db-1", address = "10.0.0.5" }`.

   Check it:  meshwatch check monitor.dhall
-}
let T = ./types.dhall

in  { monitor =
      { installation = "my-meshstack"

      -- Who is told. Operators and additional addresses get every alert by mail.
      , operatorAlertAddresses = [ "ops@example.com" ]
      , additionalAlertAddresses = [ "alerts@example.com" ]

      -- The relay that takes the mails; the same record that meshStack uses for its own.
      , mail =
        { host = "mail.example.com"
        , port = 587
        , username = "meshwatch"
        , password = Secret.fromEnv "MAIL_PASSWORD"
        , sender.address = "meshwatch@example.com"
        , smtp.starttls.enable = True
        }

      -- Machines, by node_exporter or `meshwatch agent`, over HTTPS with Basic auth.
      , nodes =
        [ T.Node::{ name = "node-1", address = "10.0.0.11" }
        , T.Node::{ name = "db-1", address = "10.0.0.12" }
        ]

      -- Components of meshStack. The kind decides where metrics are, unless port and path are given.
      , components =
        [ T.Component::{ name = "meshfed-api", kind = "spring-boot", address = "10.0.0.11", port = Some 8180 }
        , T.Component::{ name = "keycloak", kind = "keycloak", address = "10.0.0.11" }
        , T.Component::{ name = "mariadb", kind = "mariadb", address = "10.0.0.12" }
        ]

      -- Live smoke tests, as a user of meshStack's external API.
      , sonar =
        { username = "sonar@example.com"
        , password = Secret.fromEnv "SONAR_PASSWORD"
        , customer = "my-customer"
        , project = "my-project"
        , scanInterval = 60
        , targets =
          [ { platformName = "aws.aws-main"
            , url = "https://federation.example.com/projects/my-project/locations/aws-main/platformInstances/aws/access"
            }
          ]
        }

      , scrapeInterval = 15
      , evaluationInterval = 15
      , retention.days = 15
      , listen = "127.0.0.1:9480"
      }
    }
