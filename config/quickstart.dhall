{- What `meshwatch up` watches when it is given no configuration: this machine, meshwatch itself, and a simulated meshStack.
   It is an ordinary configuration; only its times are shorter, so that a fault is mailed within a minute. -}
λ ( here
  : { listen : Text
    , agentPort : Natural
    , mailPort : Natural
    , certificateAuthority : Text
    , components :
        List
          { name : Text
          , kind : Text
          , address : Text
          , port : Natural
          , path : Text
          , labels : List { mapKey : Text, mapValue : Text }
          }
    , technicalUser : { username : Text, passwordFile : Text, customer : Text, project : Text }
    , targets : List { platformName : Text, url : Text }
    }
  ) →
  { monitor =
    { installation = "quickstart"
    , operatorAlertAddresses = [ "operators@example.com" ]
    , additionalAlertAddresses = [ "alerts@example.com" ]
    , mail =
      { host = "127.0.0.1"
      , port = here.mailPort
      , sender.address = "meshwatch@example.com"
      , security = "none"
      }
    , notification.grouping =
      { by = [ "alertname", "job", "host", "platform" ]
      , groupWaitSeconds = 3
      , groupIntervalSeconds = 10
      , repeatIntervalSeconds = 3600
      }
    , nodes =
      [ { name = "this-machine"
        , address = "127.0.0.1"
        , port = here.agentPort
        , labels = toMap { host = "this-machine" }
        }
      ]
    , components = here.components
    , scrapeInterval = 5
    , evaluationInterval = 5
    , rules =
      { parameters = toMap { target_down_window = "20s", fast_down_window = "15s" }
      , overrides =
        [ { alert = "JobDown", forSeconds = 5.0, keepFiringForSeconds = 0.0 }
        , { alert = "TargetDown", forSeconds = 10.0, keepFiringForSeconds = 0.0 }
        , { alert = "NodeDown", forSeconds = 0.0, keepFiringForSeconds = 0.0 }
        , { alert = "SonarTargetFailing", forSeconds = 0.0, keepFiringForSeconds = 0.0 }
        , { alert = "SonarLoginFailing", forSeconds = 0.0, keepFiringForSeconds = 15.0 }
        , { alert = "SonarApiFailing", forSeconds = 0.0, keepFiringForSeconds = 15.0 }
        ]
      }
    , sonar =
      { username = here.technicalUser.username
      , password = Secret.fromFile here.technicalUser.passwordFile
      , customer = here.technicalUser.customer
      , project = here.technicalUser.project
      , scanInterval = 10
      , targets = here.targets
      , caFile = here.certificateAuthority
      , identityBroker.clientId = "meshfed-oidc"
      }
    , listen = here.listen
    }
  }
